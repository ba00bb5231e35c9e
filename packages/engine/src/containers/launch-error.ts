import {
  CommandNotExecutable,
  CommandNotFound,
  IsolationRefused,
  type RuntimeError
} from "@gantry/core/runtime/RuntimeError"
import { lacksInterpreter } from "@gantry/linux/container/find-program"

/** The error that a failed launch is, from its exit status by Docker's convention. */
export const refusal = (
  container: string,
  command: string,
  { stage, status, why }: { readonly status: number; readonly stage: string; readonly why: string }
): RuntimeError => {
  if (status === 127) {
    return new CommandNotFound({ container, command, ...(why === lacksInterpreter ? { lacks: why } : {}) })
  }
  if (status === 126) return new CommandNotExecutable({ container, command, why })
  return new IsolationRefused({ container, stage, why })
}
