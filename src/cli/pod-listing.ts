import { UpgradeError } from '../errors.ts'
import { JsonFields } from '../pods/json-fields.ts'
import { queryParameters } from '../pods/pod-list.ts'
import { printable } from '../protocol/printable.ts'
import { podPath, podsPath } from '../protocol/request.ts'
import type { ApiServer } from '../transport/api-server.ts'
import { table } from './table.ts'

export interface PodsQuery {
  /** `null`: all. */
  readonly namespace: string | null
  /** Empty: whatever the selectors choose. */
  readonly names: readonly string[]
  readonly labelSelector: string | undefined
  readonly fieldSelector: string | undefined
}

export interface ListingOptions {
  readonly wide: boolean
  /** Whether there is a column for them. */
  readonly namespaces: boolean
  readonly headers: boolean
  /** Whether more than one pod was asked for by name. */
  readonly several: boolean
}

/** What kubectl asks for, so that the server itself says what is in which column. */
const asTable =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json'

/** A server without a last page would be read for ever; Kubernetes is made for 150,000 pods. */
const maxPages = 2_000

/**
 * The answers of the server: a list each, its next page behind it, or a pod each.
 * @param onRefusal told of each pod by name that there is not, or that may not be read
 */
export async function fetchPods(
  api: ApiServer,
  { namespace, names, ...selectors }: PodsQuery,
  tables: boolean,
  signal: AbortSignal,
  onRefusal: (refusal: UpgradeError) => void,
): Promise<readonly unknown[]> {
  const accept = tables ? asTable : undefined
  const { prefix } = api.endpoint
  const answers: unknown[] = []
  if (names.length > 0 && namespace !== null) {
    for (const pod of names) {
      try {
        answers.push(await api.getJson(podPath({ namespace, pod }, prefix), signal, accept))
      } catch (error) {
        if (!(error instanceof UpgradeError)) throw error
        onRefusal(error)
      }
    }
    return answers
  }
  const query = queryParameters({ namespace, ...selectors })
  query.set('limit', '500')
  while (answers.length < maxPages) {
    const answer = await api.getJson(`${podsPath(namespace, prefix)}?${query}`, signal, accept)
    answers.push(answer)
    const next = new JsonFields(answer).fields('metadata').string('continue')
    if (next === '') return answers
    query.set('continue', next)
  }
  throw new Error(`the server's list of pods has more than ${maxPages} pages`)
}

/** The columns that the server has. */
export function podsAsTable(answers: readonly unknown[], options: ListingOptions): string {
  const tables = answers.map((answer) => new JsonFields(tableOf(answer)))
  const rows = tables.flatMap((one) => one.list('rows'))
  if (rows.length === 0) return ''
  const columns = tables[0]?.list('columnDefinitions') ?? []
  const shown = columns.flatMap((column, index) =>
    options.wide || column.integer('priority') === 0 ? [index] : [],
  )
  const header = shown.map((index) => columns[index]?.string('name').toUpperCase() ?? '')
  const cells = rows.map((row) => {
    const values = row.scalars('cells')
    const own = shown.map((index) => printable(values[index] ?? ''))
    const namespace = row.fields('object').fields('metadata').string('namespace')
    return options.namespaces ? [printable(namespace), ...own] : own
  })
  const heads = options.namespaces ? ['NAMESPACE', ...header] : header
  return table(options.headers ? [heads, ...cells] : cells)
}

/** A server may have no tables, but every pod has a name. */
function tableOf(answer: unknown): unknown {
  if (new JsonFields(answer).string('kind') === 'Table') return answer
  const rows = itemsOf([answer]).map((pod) => {
    return { cells: [new JsonFields(pod).fields('metadata').string('name')], object: pod }
  })
  return { columnDefinitions: [{ name: 'Name' }], rows }
}

export function podsAsNames(answers: readonly unknown[]): string {
  return itemsOf(answers)
    .map((pod) => `pod/${printable(new JsonFields(pod).fields('metadata').string('name'))}\n`)
    .join('')
}

/** One pod as it is, several as a list, without what only the server's own bookkeeping needs. */
export function podsAsJson(answers: readonly unknown[], { several }: ListingOptions): string {
  const [first] = answers
  if (first === undefined && !several) return ''
  const isOne = !several && !isList(first)
  const metadata = { resourceVersion: '' }
  const value = isOne
    ? first
    : { apiVersion: 'v1', items: itemsOf(answers), kind: 'List', metadata }
  // Control characters that JSON lets pass, and a terminal might not.
  const text = JSON.stringify(sorted(value), null, 4).replace(
    /[\u007f-\u009f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  )
  return `${text}\n`
}

function itemsOf(answers: readonly unknown[]): readonly unknown[] {
  return answers.flatMap((answer) => (isList(answer) ? answer.items : [answer]))
}

function isList(answer: unknown): answer is { readonly items: readonly unknown[] } {
  return Array.isArray((answer as { items?: unknown } | null)?.items)
}

/** Keys in Go's order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key]) => key !== 'managedFields')
  const compare = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1)
  return Object.fromEntries(entries.sort(compare).map(([key, inner]) => [key, sorted(inner)]))
}
