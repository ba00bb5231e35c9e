import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { WrongState } from "../EngineError.ts"
import { editing } from "./editing.ts"
import { findEdits } from "./find-edits.ts"
import { cdiDirectories, readCdiFiles } from "./read-cdi-files.ts"

/**
 * What a start makes of a container's description for the devices that its record names by the Container Device Interface,
 * as the files of this machine describe them now. Fails with `WrongState`, in Docker's words, when one cannot be had.
 */
export const cdiDevices = ({
  id,
  name,
  options
}: Pick<ContainerRecord, "id" | "name" | "options">): Effect.Effect<
  (spec: ContainerSpec) => ContainerSpec,
  WrongState
> =>
  Effect.suspend(() => {
    const refuse = (why: string, hint: string) => new WrongState({ container: name, id, verb: "start", why, hint })
    const found = findEdits(options.cdiDevices ?? [], readCdiFiles())
    if (Either.isLeft(found)) {
      const { because, devices } = found.left
      return refuse(
        `CDI device injection failed: unresolvable CDI devices ${devices.join(", ")}`,
        because.length > 0 ? because.join("; ") : `describe them by a file in ${cdiDirectories.join(" or ")}`
      )
    }
    const edit = editing(found.right)
    if (Either.isRight(edit)) return Effect.succeed(edit.right)
    return refuse(
      `CDI device injection failed: ${edit.left}`,
      "name the device's nodes with --device, its files with -v and its variables with -e"
    )
  })
