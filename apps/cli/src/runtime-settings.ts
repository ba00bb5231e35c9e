/**
 * How Bun's engine treats short programs and long ones, as variables that it reads when it starts.
 *
 * By default it compiles functions after some 500 turns of a loop: a command that lives for 50 ms then spends a third of
 * its processor time on code that is hardly run any more. Work that lasts is compiled still, a few milliseconds later: a
 * copy of 20,000 files takes as long as before.
 *
 * How much garbage it lets lie depends on the memory that the machine has. It is told of less: bytes that pass through
 * are garbage at once, and collecting them more often takes no longer. More memory is used where it is needed.
 *
 * Huge pages (MIMALLOC_ALLOW_THP) are not asked for: a short command is a tenth quicker with them where memory is free,
 * and three times as slow where the kernel has to move things about first, as after a build that wrote much.
 *
 * The standalone program sets them before Bun starts (`start-variables.ts`), where the user has not.
 */
export const runtimeSettings = {
  BUN_JSC_thresholdForJITAfterWarmUp: "60000",
  BUN_JSC_thresholdForOptimizeAfterWarmUp: "10000",
  BUN_JSC_forceRAMSize: "2000000000"
}
