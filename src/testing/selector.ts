import type { PodResource } from './pod-resource.ts'

/** Whether something with these labels is selected. */
export type LabelSelector = (labels: Readonly<Record<string, string>>) => boolean

const key = '[\\w./-]+'
const patterns = {
  set: new RegExp(`^(${key})\\s+(in|notin)\\s*\\(([^)]*)\\)$`),
  equality: new RegExp(`^(${key})\\s*(==|=|!=)\\s*([\\w.-]*)$`),
  existence: new RegExp(`^(!?)\\s*(${key})$`),
}

/** Kubernetes' label selector: `a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`; `null` when it is none. */
export function parseLabelSelector(text: string): LabelSelector | null {
  // Commas in parentheses belong to a set.
  const terms = text.split(/,(?![^(]*\))/).map((term) => term.trim())
  if (text.trim() === '') return () => true
  const requirements = terms.map(parseRequirement)
  if (requirements.includes(null)) return null
  return (labels) => requirements.every((requirement) => requirement?.(labels))
}

function parseRequirement(term: string): LabelSelector | null {
  const [, setKey = '', operator, list = ''] = patterns.set.exec(term) ?? []
  if (operator !== undefined) {
    const values = list.split(',').map((value) => value.trim())
    return (labels) => values.includes(labels[setKey] ?? missing) === (operator === 'in')
  }
  const [, equalKey = '', sign, value = ''] = patterns.equality.exec(term) ?? []
  if (sign !== undefined) return (labels) => (labels[equalKey] === value) === (sign !== '!=')
  const [, not, name] = patterns.existence.exec(term) ?? []
  if (name === undefined) return null
  return (labels) => Object.hasOwn(labels, name) === (not === '')
}

/** No label has this value. */
const missing = '\0'

const fields: Readonly<Record<string, (pod: PodResource) => string>> = {
  'metadata.name': ({ metadata }) => metadata.name,
  'metadata.namespace': ({ metadata }) => metadata.namespace,
  'status.phase': ({ status }) => status.phase,
}

/** A field selector for pods, or the API server's words of refusal. */
export function parseFieldSelector(text: string): ((pod: PodResource) => boolean) | string {
  const terms = text.split(',').filter((term) => term !== '')
  const requirements: ((pod: PodResource) => boolean)[] = []
  for (const term of terms) {
    const [, field = '', sign, value = ''] = /^([^=!]+)(==|=|!=)(.*)$/.exec(term) ?? []
    if (sign === undefined) {
      return `invalid selector: '${text}'; can't understand '${term}'`
    }
    const read = fields[field]
    if (read === undefined) return `field label not supported: ${field}`
    requirements.push((pod) => (read(pod) === value) === (sign !== '!='))
  }
  return (pod) => requirements.every((requirement) => requirement(pod))
}
