const usualTimeout = 60

/** Longest time without a byte, in milliseconds: as asked for, else as the environment says, in seconds. */
export const idleOf = ({
  env,
  timeout
}: {
  readonly env: { readonly [name: string]: string | undefined }
  readonly timeout?: number
}): number => {
  const wished = timeout ?? Number(env["GANTRY_REGISTRY_TIMEOUT"])
  return (Number.isFinite(wished) && wished > 0 ? wished : usualTimeout) * 1000
}
