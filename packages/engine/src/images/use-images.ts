import type { Digest } from "@gantry/core/image/Digest"
import type { Transaction } from "@gantry/core/state/Database"

/** Says that images were used: nothing is pruned that was used after a build began. */
export const useImages = (tx: Pick<Transaction, "run">, ids: ReadonlyArray<Digest>, at: number): void => {
  for (const id of ids) tx.run("UPDATE images SET last_used = ? WHERE id = ?", Math.trunc(at), id)
}
