import { KubeconfigError } from '../errors.ts'
import type { Origin } from './document.ts'

/** A kubeconfig that cannot be used: names the file and the field, and never shows the value. */
export function refusal(
  origin: Origin,
  name: string,
  problem: string,
  cause?: unknown,
): KubeconfigError {
  const field = name === '' ? origin.field : `${origin.field}.${name}`
  const file = origin.file ?? 'The kubeconfig'
  return new KubeconfigError('ERR_KUBECONFIG_INVALID', `${file}: ${field} ${problem}.`, {
    file: origin.file,
    field,
    cause,
  })
}
