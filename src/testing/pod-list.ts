import type { HttpAnswer } from './http-answer.ts'
import { badRequest, jsonAnswer, statusAnswer } from './http-answer.ts'
import type { PodResource } from './pod-resource.ts'
import { podTable } from './pod-table.ts'
import { parseFieldSelector, parseLabelSelector } from './selector.ts'

/** Answers a list as of a resource version: selectors, `limit` and `continue`; as a table for kubectl. */
export function answerPodList(
  pods: readonly PodResource[],
  query: URLSearchParams,
  accept: string,
  version = 1,
): HttpAnswer {
  const matches = podSelector(query)
  if ('code' in matches) return matches
  const selected = pods.filter(matches)
  const limit = Number(query.get('limit') ?? 0)
  if (!Number.isInteger(limit) || limit < 0) return badRequest('limit must be a positive integer')
  const start = decodeContinue(query.get('continue') ?? '')
  if (start === null) return expired
  const end = limit === 0 ? selected.length : start + limit
  const remaining = selected.length - end
  const metadata = {
    resourceVersion: String(version),
    ...(remaining > 0 && { continue: encodeContinue(end), remainingItemCount: remaining }),
  }
  const items = selected.slice(start, end)
  if (accept.includes('as=Table')) return jsonAnswer(podTable(items, metadata))
  return jsonAnswer({ kind: 'PodList', apiVersion: 'v1', metadata, items })
}

const expired = statusAnswer(
  410,
  'Expired',
  'The provided continue parameter is too old to display a consistent list result.',
)

/** Whether a pod is one of those that a request's selectors choose, or the refusal of selectors that are none. */
export function podSelector(query: URLSearchParams): ((pod: PodResource) => boolean) | HttpAnswer {
  const labelText = query.get('labelSelector') ?? ''
  const hasLabels = parseLabelSelector(labelText)
  if (hasLabels === null) {
    return badRequest(`unable to parse requirement: ${JSON.stringify(labelText)}`)
  }
  const hasFields = parseFieldSelector(query.get('fieldSelector') ?? '')
  if (typeof hasFields === 'string') return badRequest(hasFields)
  return (pod) => hasLabels(pod.metadata.labels) && hasFields(pod)
}

function encodeContinue(start: number): string {
  return Buffer.from(JSON.stringify({ v: 'test', start })).toString('base64url')
}

function decodeContinue(text: string): number | null {
  if (text === '') return 0
  try {
    const { start }: { start: unknown } = JSON.parse(Buffer.from(text, 'base64url').toString())
    return typeof start === 'number' ? start : null
  } catch {
    return null
  }
}
