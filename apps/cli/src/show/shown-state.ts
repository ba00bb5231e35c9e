import type { ContainerState } from "@gantry/core/runtime/ContainerState"
import type { ShownState } from "./container-row.ts"

/** How a state is called in listings. */
export const shownState = (state: ContainerState): ShownState => {
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
