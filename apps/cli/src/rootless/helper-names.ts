/**
 * The programs that can connect an ordinary user's network with the outside, the better one first: both are as quick
 * with long packets, and slirp4netns is with short ones too, takes a tenth of the memory and does without a route.
 */
export const helperNames = ["slirp4netns", "pasta"] as const

/** The name of one of them. */
export type HelperName = (typeof helperNames)[number]
