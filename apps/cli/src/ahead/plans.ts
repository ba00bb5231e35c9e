/** How gantry's own runtime begins processes, for those that are begun before the composition is loaded. */
export { joinPlan, usualLaunch } from "@gantry/plugin-runtime-namespace/plan"

/** How it puts them together. */
export const sequences = async () => (await import("@gantry/plugin-runtime-namespace/init/sequences")).sequences
