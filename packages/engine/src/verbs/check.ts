import type { Network } from "@gantry/core/network/Network"
import type { NetworkRefused } from "@gantry/core/network/NetworkError"
import type { Settings } from "@gantry/core/Settings"
import type { Database } from "@gantry/core/state/Database"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type { Finding, Report } from "../check/Finding.ts"
import { look, type LookOptions } from "../check/look.ts"
import { repair } from "../check/repair.ts"
import { sweepAll } from "../check/sweep-all.ts"
import type { SnapshotServices } from "../prune/take-snapshot.ts"

/** How a check is done. */
export interface CheckOptions extends LookOptions {
  /** Puts right what can be put right. */
  readonly repair: boolean
  /** Repairing removes what is not gantry's from its root directory, too. */
  readonly foreign: boolean
}

/** A finding, and whether it was put right. */
export interface Checked extends Finding {
  readonly repaired: boolean
}

/** What a check has found and done. */
export interface CheckReport extends Omit<Report, "findings"> {
  readonly findings: ReadonlyArray<Checked>
}

/**
 * Looks whether everything in the store is as it should be, after it has taken away what killed processes left: that is
 * how a store looks after a kill, and no fault.
 */
export const check = (
  options: CheckOptions
): Effect.Effect<CheckReport, NetworkRefused | StorageFailure, SnapshotServices | Database | Network | Settings> =>
  Effect.gen(function* () {
    const swept = yield* sweepAll
    const report = yield* look(options)
    const findings = yield* Effect.forEach(report.findings, (finding) =>
      Effect.map(options.repair ? repair(finding, options) : Effect.succeed(false), (repaired): Checked => ({
        ...finding,
        repaired
      }))
    )
    return { ...report, findings, notes: [...swept, ...report.notes] }
  })
