import { KubeconfigError } from '../errors.ts'
import type { Origin } from './document.ts'
import { positionIn } from './position.ts'

interface Place {
  readonly file: string | undefined
  readonly line?: number | undefined
  readonly column?: number | undefined
  readonly field?: string | undefined
  readonly cause?: unknown
}

/** A kubeconfig that cannot be used: names the file and the field, and never shows the value. */
export function refusal(
  origin: Origin,
  name: string,
  problem: string,
  cause?: unknown,
): KubeconfigError {
  const option =
    name === 'as' ? 'impersonate' : name.replace(/-./g, ([, letter = '']) => letter.toUpperCase())
  if (origin.overridden?.includes(option)) {
    const field = `overrides.${option}`
    return new KubeconfigError('ERR_KUBECONFIG_INVALID', `${field} ${problem}`, { field, cause })
  }
  const field = name === '' ? origin.field : `${origin.field}.${name}`
  const place: Place = { file: origin.file, ...positionIn(origin, name), field, cause }
  return new KubeconfigError('ERR_KUBECONFIG_INVALID', sentence(place, problem), place)
}

/** Such as `config, line 3, column 7: users[0].user.token must be a string`. */
export function sentence({ file, line, column, field }: Place, problem: string): string {
  const place = line === undefined ? '' : `, line ${line}, column ${column}`
  const subject = field === undefined ? '' : `: ${field}`
  return `${file ?? 'the kubeconfig'}${place}${subject} ${problem}`
}
