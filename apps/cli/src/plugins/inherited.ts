/** The variable by which processes that gantry starts learn which plugins their parent had chosen. */
export const inherited = "GANTRY_PLUGINS"
