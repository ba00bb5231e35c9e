/** A secret that a container gets at each start, as asked for. Where it is kept, and not its value. Plain data. */
export interface SecretWish {
  readonly id: string
  /**
   * An absolute path, or a variable of whoever starts the container; or the text itself, which is kept with the container
   * then: a setting, and no secret.
   */
  readonly from: { readonly file: string } | { readonly env: string } | { readonly text: string }
  readonly as:
    | {
        readonly type: "mount"
        /** Absolute path in the container. */
        readonly target: string
        readonly uid: number
        readonly gid: number
        readonly mode: number
      }
    | { readonly type: "env"; readonly name: string }
}

/** Where a secret comes from, in a word for people. */
export const placeOf = ({ from }: Pick<SecretWish, "from">): string =>
  "file" in from ? `file ${from.file}` : "env" in from ? `variable ${from.env}` : "text"
