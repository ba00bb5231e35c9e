import * as Context from "effect/Context"
import type { OpenedSupervisor } from "./supervisor-home.ts"

/** A supervisor that was started before there was an engine, for the container that this program is about to make. */
export interface SupervisorAheadShape {
  /** The ID that the container must get. */
  readonly id: string
  readonly supervisor: OpenedSupervisor
}

/** The service tag of {@link SupervisorAheadShape}. Most programs have none. */
export class SupervisorAhead extends Context.Tag("@gantry/engine/SupervisorAhead")<
  SupervisorAhead,
  SupervisorAheadShape
>() {}
