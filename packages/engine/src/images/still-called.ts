/** Who owns the tables of images, and their version as this program knows it. */
export const imageTables = { owner: "images", version: 6 } as const

/** All names of an image, complete. */
export const namesOfImage = "SELECT name FROM image_names WHERE image = ?"

/** Where names without a registry, or without a folder either, are looked for. */
const places = ["", "docker.io/", "docker.io/library/"]

/**
 * Whether what was typed for an image, its ID when it was made into a container, means that image still: names move, and
 * are taken away, while the beginning of an ID and a digest stay what they are. `names`: what the image is called now.
 */
export const isStillCalled = (typed: string, image: string, names: ReadonlyArray<string>): boolean => {
  if (typed.includes("@") || image.startsWith(typed) || image.startsWith(`sha256:${typed}`)) return true
  const whole = typed.replace(/^index\.docker\.io\//, "docker.io/")
  const tagged = /:[^/]+$/.test(whole) ? whole : `${whole}:latest`
  return places.some((place) => names.includes(`${place}${tagged}`))
}
