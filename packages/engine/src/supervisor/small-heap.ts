/**
 * Variables that make Bun's engine collect soon and keep little: a supervisor waits for hours and has next to nothing to
 * compute. It takes an eighth off the memory of each (0.7 of 6.2 MB, 40 of them on two processors). Others do not read
 * them. They are for the supervisor alone: {@link giveUpVariables} keeps them from what it starts.
 */
export const smallHeap: { readonly [name: string]: string } = { BUN_JSC_forceMiniVMMode: "1" }

/** Takes the variables out of this process's, once its engine has read them. */
export const giveUpVariables = (): void => {
  for (const name of Object.keys(smallHeap)) delete process.env[name]
}

/** The part of the global `Bun` that is used. */
interface BunMemory {
  readonly gc: (force: boolean) => void
  readonly shrink: () => void
}

/**
 * Starting is over and waiting begins: what the start has left in memory is given back to the system. Not at once: that
 * takes half of the processor time of a start, which fifty containers that start at once would wait for. And once more
 * when also what began beside it has surely started.
 */
export const giveBackMemory = (): void => {
  const bun = (globalThis as unknown as { readonly Bun?: BunMemory }).Bun
  if (bun === undefined) return
  for (const milliseconds of [3000, 10_000]) {
    setTimeout(() => {
      bun.gc(true)
      bun.shrink()
    }, milliseconds).unref()
  }
}
