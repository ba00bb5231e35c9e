import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type { LayerForms, LayerSourcesShape } from "../images/LayerSources.ts"

/** What a push finds out about the layers of one place. Writing each thing down by itself costs more than a short layer. */
export interface LayerNotes {
  /** The place has it now. */
  readonly there: (layer: LayerForms) => void
  /** The place does not have it any more. */
  readonly gone: (layer: LayerForms) => void
  /** Writes down what was noted since the last time. */
  readonly write: Effect.Effect<void, StorageFailure>
}

/** Notes for a place that others may push to as well. */
export const makeNotes = (
  place: Parameters<LayerSourcesShape["learn"]>[0],
  sources: Pick<LayerSourcesShape, "learn" | "unlearn">
): LayerNotes => {
  const there: Array<LayerForms> = []
  const gone: Array<LayerForms> = []
  return {
    there: (layer) => void there.push(layer),
    gone: (layer) => void gone.push(layer),
    // What came back after it was gone is there.
    write: Effect.suspend(() =>
      Effect.zipRight(
        gone.length === 0 ? Effect.void : sources.unlearn(place, gone.splice(0)),
        there.length === 0 ? Effect.void : sources.learn(place, there.splice(0))
      )
    )
  }
}
