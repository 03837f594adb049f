import type { Fault } from '../fault.ts'
import type { HttpAnswer } from '../http-answer.ts'
import { emptyAnswer, textAnswer } from '../http-answer.ts'
import { encodeStatus } from '../remote-command-status.ts'

/** The answer that a fault gives in place of the API; `null`: the API answers. */
export function httpFault(fault: Fault | null): HttpAnswer | null {
  if (fault?.kind === 'redirect') {
    const { code = 302, location } = fault
    return { ...emptyAnswer(code), headers: { Location: location } }
  }
  if (fault?.kind !== 'refuse') return null
  const { code, body = '', headers = {} } = fault
  if (body === '') return { ...emptyAnswer(code), headers }
  if (typeof body === 'string') {
    const answer = textAnswer(body, code)
    return { ...answer, headers: { ...answer.headers, ...headers } }
  }
  return {
    code,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: encodeStatus(body),
  }
}
