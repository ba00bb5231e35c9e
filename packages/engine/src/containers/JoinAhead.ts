import * as Context from "effect/Context"
import type { OpenedLaunch } from "../supervisor/open-launch.ts"

/** A further process of a running container that was made before there was an engine. The first launch takes it. */
export interface JoinAheadShape {
  /** Undefined from the second call on. */
  readonly take: () => OpenedLaunch | undefined
}

/** The service tag of {@link JoinAheadShape}. Most programs have none. */
export class JoinAhead extends Context.Tag("@gantry/engine/JoinAhead")<JoinAhead, JoinAheadShape>() {}
