import { type ContainerState, isLive } from "@gantry/core/runtime/ContainerState"
import type { ContainerRecord } from "@gantry/engine/containers/ContainerRecord"
import type { ShownState } from "./container-row.ts"

/** How a container's state is called in listings. One whose removal was cut short may have no files that tell of it any more. */
export const shownState = ({ removing }: Pick<ContainerRecord, "removing">, state: ContainerState): ShownState => {
  if (removing !== undefined && !isLive(state)) return { kind: "removing" }
  switch (state.status) {
    case "created":
      return { kind: "created" }
    case "running":
      return {
        kind: state.paused ? "paused" : "running",
        startedAt: state.startedAt,
        ...(state.health === undefined ? {} : { health: state.health })
      }
    case "restarting":
      return { kind: "restarting", exitCode: state.exit.code, finishedAt: state.finishedAt }
    case "exited":
      return { kind: "exited", exitCode: state.exit.code, finishedAt: state.finishedAt }
    case "lost":
      // Killed together with its supervisor: 128 and the signal nobody can block.
      return { kind: "exited", exitCode: 137, finishedAt: state.startedAt }
  }
}
