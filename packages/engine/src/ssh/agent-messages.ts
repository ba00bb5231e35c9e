/** Bytes of a message at most, its length included. OpenSSH has the same limit. */
export const longestMessage = 256 * 1024

/**
 * The first whole message of what was received, its length included; undefined until it is there, and `malformed` when it
 * can be none. Spec: draft-ietf-sshm-ssh-agent, section "Protocol Messages".
 */
export const firstMessage = (received: Buffer): Buffer | "malformed" | undefined => {
  if (received.length < 4) return undefined
  const length = received.readUInt32BE(0)
  if (length === 0 || length > longestMessage - 4) return "malformed"
  return received.length < 4 + length ? undefined : received.subarray(0, 4 + length)
}

/** SSH_AGENTC_REQUEST_IDENTITIES and SSH_AGENTC_SIGN_REQUEST. */
const harmless = new Set([11, 13])

/** Whether a request leaves the agent as it is: what keys it has, and a signature. A build adds, removes and locks nothing. */
export const isHarmless = (request: Buffer): boolean => harmless.has(request[4] ?? 0)

/** SSH_AGENT_FAILURE: the answer to every other request. */
export const refusal: Buffer = Buffer.from([0, 0, 0, 1, 5])
