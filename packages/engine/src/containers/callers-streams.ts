import type { LaunchBeginning } from "../supervisor/open-launch.ts"

/** Which of the caller's own streams a process gets: standard input only if asked, output unless it is discarded. */
export const callersStreams = ({
  discard,
  stdin
}: {
  readonly discard: boolean
  readonly stdin: boolean
}): NonNullable<LaunchBeginning["inherit"]> => [stdin ? 0 : "ignore", discard ? "ignore" : 1, discard ? "ignore" : 2]
