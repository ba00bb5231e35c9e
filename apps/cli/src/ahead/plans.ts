/** How gantry's own runtime begins processes, for those that are begun before the composition is loaded. */
export { joinPlan, usualLaunch } from "@gantry/plugin-runtime-namespace/plan"
