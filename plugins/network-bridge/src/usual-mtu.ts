/** Bytes of the longest packet on links of containers that were told nothing else: Ethernet's. */
export const usualMtu = 1500
