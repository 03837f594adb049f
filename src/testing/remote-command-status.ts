import type { Status, Subprotocol } from '../protocol/index.ts'

/** What a session's process came to, before it is worded for a subprotocol. */
export type ProcessResult =
  | { readonly kind: 'exit'; readonly exitCode: number; readonly command: readonly string[] }
  /** A failure of the runtime, in its words. */
  | { readonly kind: 'error'; readonly message: string }
  /** To be sent as it is. */
  | { readonly kind: 'status'; readonly status: Status }

const success: Status = { metadata: {}, status: 'Success' }

/** `apierrors.NewInternalError`: the shape of every failure that is not an exit code. */
export function internalError(message: string): Status {
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${message}`,
    reason: 'InternalError',
    details: { causes: [{ message }] },
    code: 500,
  }
}

function nonZeroExitCode(exitCode: number, words: string): Status {
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: ${words}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  }
}

/** The runtime's own status, as containerd words it (internal/cri/server/streaming.go). */
function runtimeStatus(result: ProcessResult): Status {
  if (result.kind === 'status') return result.status
  if (result.kind === 'error') return internalError(result.message)
  if (result.exitCode === 0) return success
  const argv = `[${result.command.join(' ')}]`
  const words = `error executing command ${argv}, exit code ${result.exitCode}`
  return nonZeroExitCode(result.exitCode, words)
}

/** The status after the stream translator has read it and written it anew (apiserver, streamtranslator.go). */
function translatedStatus(result: ProcessResult): Status {
  if (result.kind === 'status') return result.status
  if (result.kind === 'error') return internalError(`Internal error occurred: ${result.message}`)
  const { exitCode } = result
  if (exitCode === 0) return success
  if (!Number.isInteger(exitCode) || exitCode < 0 || exitCode > 255) {
    return internalError(`error stream protocol error: invalid exit code value "${exitCode}"`)
  }
  return nonZeroExitCode(exitCode, `command terminated with exit code ${exitCode}`)
}

/** The payload for channel 3, or `null` where the subprotocol has no message for it. @param subprotocol '' for none */
export function encodeResult(
  result: ProcessResult,
  subprotocol: Subprotocol | '',
): Uint8Array<ArrayBuffer> | null {
  switch (subprotocol) {
    case 'v5.channel.k8s.io':
      return encodeStatus(translatedStatus(result))
    case 'v4.channel.k8s.io':
    case 'v4.base64.channel.k8s.io':
      return encodeStatus(runtimeStatus(result))
    default: {
      const { status, message = '' } = runtimeStatus(result)
      return status === 'Success' ? null : Buffer.from(message)
    }
  }
}

/** A status as Go's `encoding/json` writes it, which escapes what HTML would misread. */
export function encodeStatus(status: Status): Uint8Array<ArrayBuffer> {
  const json = JSON.stringify(status).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return Buffer.from(json)
}
