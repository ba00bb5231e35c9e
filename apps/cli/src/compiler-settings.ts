/**
 * How soon Bun's engine compiles functions, as variables that it reads when it starts. By default it does so after some
 * 500 turns of a loop: a command that lives for 50 ms then spends a third of its processor time on code that is hardly
 * run any more. Work that lasts is compiled still, a few milliseconds later: a copy of 20,000 files takes as long as before.
 *
 * The standalone program sets them before Bun starts (`start-variables.ts`), where the user has not.
 */
export const compilerSettings = {
  BUN_JSC_thresholdForJITAfterWarmUp: "60000",
  BUN_JSC_thresholdForOptimizeAfterWarmUp: "10000"
}
