import * as Context from "effect/Context"
import type { OpenedLaunch } from "../supervisor/open-launch.ts"

/**
 * The service tag of a further process of a running container that was made before there was an engine; the first to be
 * launched takes it. Most programs have none.
 */
export class JoinAhead extends Context.Tag("@gantry/engine/JoinAhead")<JoinAhead, OpenedLaunch>() {}
