import type { Session } from "@gantry/core/runtime/Runtime"
import type { ContainerRecord } from "@gantry/engine/containers/ContainerRecord"
import { settleOrWarn } from "@gantry/engine/containers/settle"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StreamName } from "../argv/values/words.ts"
import { attachSession } from "../attach-session.ts"
import { persistence } from "../show/deafness.ts"
import type { Terminal } from "../terminal.ts"

/** How a command stays with a container. */
export interface Stay {
  /** Standard input is passed on. */
  readonly stdin: boolean
  /** Signals are passed on; never to a terminal, whose keys are. */
  readonly sigProxy: boolean
  readonly detachKeys: Uint8Array
  /** The streams that are shown; both when absent. */
  readonly shown?: ReadonlySet<StreamName>
}

/**
 * Stays with a container until it ends, gives back what it held, and succeeds with its exit status; with 0 when the user
 * detaches.
 */
export const stay = (record: ContainerRecord, session: Session, { sigProxy, ...how }: Stay, terminal: Terminal) =>
  Effect.gen(function* () {
    const { tty } = record.spec.process
    const deaf = persistence(record)
    const told: Session = {
      ...session,
      signal: (number) => {
        const hint = deaf(number)
        return Effect.zipLeft(
          session.signal(number),
          Effect.sync(() => hint !== undefined && terminal.err(hint))
        )
      }
    }
    const exit = yield* attachSession(told, { ...how, tty, signals: sigProxy && !tty }, terminal)
    if (Option.isNone(exit)) return 0
    yield* settleOrWarn(record)
    return exit.value.code
  })
