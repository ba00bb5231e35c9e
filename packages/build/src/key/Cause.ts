/** One input of a step that is not what it was. Absent `before` or `now`: it was not there. */
export type Difference =
  /** The instruction's own text, in one line. */
  | { readonly kind: "instruction"; readonly before: string; readonly now: string }
  /** The image that the stage stands on, by its ID; `scratch` for none. */
  | { readonly kind: "base"; readonly before: string; readonly now: string }
  | { readonly kind: "platform"; readonly before: string; readonly now: string }
  /** The step before this one is another. */
  | { readonly kind: "parent" }
  /** The stage or image that is copied from is another. */
  | { readonly kind: "source" }
  /** The stage or image that a command has mounted on a path is another. */
  | { readonly kind: "mount"; readonly name: string }
  | {
      readonly kind: "env" | "arg" | "label" | "option"
      readonly name: string
      readonly before?: string
      readonly now?: string
    }
  | {
      readonly kind: "file"
      /** As in the context. */
      readonly path: string
      readonly change: "added" | "removed" | "content" | "mode" | "owner" | "target" | "type"
      /** Beginning of a digest, octal mode, `uid:gid`, link target or type. */
      readonly before?: string
      readonly now?: string
    }
  /** Any other input: `cwd`, `user`, `network`, `shell`… */
  | { readonly kind: "input"; readonly name: string; readonly before: string; readonly now: string }

/**
 * Why a step could not be served from the cache. Plain data, which `--explain=json` prints as it is.
 *
 * The first step of a build that runs again has a reason of its own; those after it follow it.
 */
export type Cause =
  /** The first of the inputs that changed, and all the others. */
  | (Difference & { readonly others?: ReadonlyArray<Difference> })
  /** Nothing like it was built here before. */
  | { readonly kind: "first" }
  /** The instruction is new: above which one it was added; at the end of its stage without. */
  | { readonly kind: "added"; readonly above?: string }
  /** An instruction that stood before this one was taken away. */
  | { readonly kind: "removed"; readonly instruction: string }
  /** All inputs are the same, but an earlier step ran again since, and made other files. */
  | { readonly kind: "rerun" }
  /** All inputs are the same; what was made of them is no longer in the store, and nobody said why. */
  | { readonly kind: "gone" }
  /** It was removed to make room, or because somebody wanted it gone. */
  | {
      readonly kind: "evicted"
      /** RFC 3339. */
      readonly at: string
      /** Seconds since then. */
      readonly ago: number
      /** By what: the name of an option such as `max-used-space`, or of a command such as `prune`. */
      readonly rule: string
      /** What the disk got back. */
      readonly bytes: number
    }
  /** Its record cannot be read. */
  | { readonly kind: "damaged" }
  /** It is older than the caller allows. In seconds. */
  | { readonly kind: "expired"; readonly age: number; readonly limit: number }
  /** The caller wanted it so. */
  | { readonly kind: "no-cache" }
  /** The image it stands on or copies from is not here, so nothing is known of it. Only in plans. */
  | { readonly kind: "absent"; readonly image: string; readonly why: string }
  /** A step that it stands on or copies from ran again. */
  | Follows

/** The step that another one follows. */
export interface Follows {
  readonly kind: "follows"
  /** Name of the stage. */
  readonly stage: string
  readonly step: number
  readonly instruction: string
}
