import type { ImageConfig } from "@gantry/core/image/ImageConfig"

/** What an image does not say of itself, even where its base or the Dockerfile does. */
export interface Unsaid {
  /** Names of variables. */
  readonly env: ReadonlyArray<string>
  /** Names of labels. */
  readonly labels: ReadonlyArray<string>
  readonly history: boolean
}

/** The settings of an image with the labels that the caller gives, and without what is to be left out, which wins. */
export const finishedConfig = (
  image: ImageConfig,
  { labels: given, unsaid }: { readonly labels: { readonly [name: string]: string }; readonly unsaid?: Unsaid }
): ImageConfig => {
  const { config, history } = image
  const labels = Object.entries({ ...config.Labels, ...given }).filter(
    ([name]) => unsaid?.labels.includes(name) !== true
  )
  const env = config.Env?.filter((each) => unsaid?.env.includes(each.slice(0, each.indexOf("="))) !== true)
  // Fields stay in their places: their order is part of an image's id.
  const { Labels: before = {}, ...unlabelled } = config
  const isGone = labels.length === 0 && Object.keys(before).length > 0
  const labelled = isGone
    ? unlabelled
    : labels.length === 0
      ? config
      : { ...config, Labels: Object.fromEntries(labels) }
  return {
    ...image,
    config: env === undefined ? labelled : { ...labelled, Env: env },
    history: unsaid?.history === true ? [] : history
  }
}
