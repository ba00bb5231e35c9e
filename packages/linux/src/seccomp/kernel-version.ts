const version = (text: string): readonly [number, number] => {
  const [major = "0", minor = "0"] = text.split(".")
  return [Number.parseInt(major, 10) || 0, Number.parseInt(minor, 10) || 0]
}

/** Whether a kernel is at least as new as `wanted`. Only the first two numbers count. */
export const kernelIsAtLeast = (kernel: string, wanted: string): boolean => {
  const [major, minor] = version(kernel)
  const [wantedMajor, wantedMinor] = version(wanted)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}
