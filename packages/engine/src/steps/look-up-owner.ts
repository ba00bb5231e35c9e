import { readFileSync } from "node:fs"
import { StepFailed } from "@gantry/build/solve/StepExecutor"
import { LayerStore, type Stack } from "@gantry/core/store/LayerStore"
import { type LayerMissing, type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import { mostAccountBytes } from "@gantry/linux/container/account-text"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Owner, ownerOf } from "./accounts.ts"

/** The text of a small file in a stack's merged tree; empty when there is none, or when it is not small. */
export const textOf = (stack: Stack, path: string): Effect.Effect<string, LayerMissing | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    const found = yield* (yield* LayerStore).lookup(stack, path, true)
    if (Option.isNone(found) || found.value.type !== "file" || found.value.size > mostAccountBytes) return ""
    const { content } = found.value
    return yield* Effect.try({
      try: () => {
        if (content.from === "file") return readFileSync(content.path, "utf8")
        return Buffer.concat(content.from === "bytes" ? [content.bytes] : [...content.pieces()]).toString("utf8")
      },
      catch: storageFailure("read", path)
    })
  })

/** Looks up `user[:group]` in the tree's own passwd and group files, as `--chown` and USER mean it. */
export const lookUpOwner = (
  stack: Stack,
  text: string
): Effect.Effect<Owner, StepFailed | LayerMissing | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    if (/^\d+:\d+$/.test(text)) {
      const [uid = "0", gid = "0"] = text.split(":")
      return { uid: Number(uid), gid: Number(gid) }
    }
    const owner = ownerOf(text, {
      passwd: yield* textOf(stack, "etc/passwd"),
      group: yield* textOf(stack, "etc/group")
    })
    if ("unknown" in owner) {
      return yield* new StepFailed({ why: `${owner.unknown} is not in the image: create it first, or give its number` })
    }
    return owner
  })
