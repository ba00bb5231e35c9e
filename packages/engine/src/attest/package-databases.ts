/** A package that a distribution's database lists as installed. */
export interface ListedPackage {
  readonly kind: "deb" | "apk"
  readonly name: string
  readonly version: string
  /** As the distribution calls it. */
  readonly architecture: string
  /** What the package says of its license, in its distribution's words. */
  readonly license?: string
  /** Name of the package that its sources are in, where that is another one. */
  readonly source?: string
}

/** The distribution that an image is made of. Spec: os-release(5). */
export interface Distribution {
  /** `debian`, `alpine`. */
  readonly id: string
  /** `12`; empty for one that is never released. */
  readonly version: string
}

/** Reads `/etc/os-release`; undefined when it names no distribution. */
export const readDistribution = (text: string): Distribution | undefined => {
  const values = new Map(
    text.split("\n").flatMap((line) => {
      const [, name = "", value = ""] = /^([A-Z_]+)=(.*)$/.exec(line.trim()) ?? []
      return name === "" ? [] : [[name, value.replace(/^(["'])(.*)\1$/, "$2")] as const]
    })
  )
  const id = values.get("ID") ?? ""
  return /^[a-z0-9._-]+$/.test(id) ? { id, version: values.get("VERSION_ID") ?? "" } : undefined
}

/**
 * Reads the database of dpkg: what is installed, not what was. Images without dpkg have a file for each package, which
 * says nothing of a status. Spec: deb-control(5), dpkg-query(1).
 */
export const readDpkg = (text: string): ReadonlyArray<ListedPackage> =>
  blocks(text).flatMap((block): ReadonlyArray<ListedPackage> => {
    const field = (name: string) => new RegExp(`^${name}: *(.*)$`, "m").exec(block)?.[1]?.trim() ?? ""
    const status = field("Status")
    const [name, version, architecture] = [field("Package"), field("Version"), field("Architecture")]
    if (name === "" || version === "" || !(status === "" || status.endsWith(" installed"))) return []
    const source = field("Source").replace(/ .*$/, "")
    return [{ kind: "deb", name, version, architecture, ...(source === "" ? {} : { source }) }]
  })

/** Reads the database of apk. Spec: Alpine wiki, "Apk spec", "Installed Database". */
export const readApk = (text: string): ReadonlyArray<ListedPackage> =>
  blocks(text).flatMap((block): ReadonlyArray<ListedPackage> => {
    const field = (name: string) => new RegExp(`^${name}:(.*)$`, "m").exec(block)?.[1]?.trim() ?? ""
    const [name, version, architecture] = [field("P"), field("V"), field("A")]
    if (name === "" || version === "") return []
    const [license, source] = [field("L"), field("o")]
    return [
      {
        kind: "apk",
        name,
        version,
        architecture,
        ...(license === "" ? {} : { license }),
        ...(source === "" || source === name ? {} : { source })
      }
    ]
  })

const blocks = (text: string): ReadonlyArray<string> => text.replaceAll("\r\n", "\n").split(/\n{2,}/)
