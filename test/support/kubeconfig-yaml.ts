/** A piece of YAML as it will be written: a tree whose leaves are YAML text, not values. */
export type Yaml =
  | { readonly kind: 'scalar'; readonly text: string }
  /** Written behind `key:` as it stands, `¶` being a line break with the indentation of the key's children. */
  | { readonly kind: 'lines'; readonly text: string; readonly flow: string }
  | {
      readonly kind: 'mapping'
      readonly entries: readonly (readonly [key: string, value: Yaml])[]
      readonly style: YamlStyle
    }
  | { readonly kind: 'list'; readonly items: readonly Yaml[]; readonly style: YamlStyle }

export interface YamlStyle {
  readonly flow: boolean
  /** Spaces; a list in a mapping may have none. */
  readonly indent: number
  /** Such as `&anchor ` or `!!map `. */
  readonly properties: string
  /** Behind the opening line: a comment, or nothing. */
  readonly comment: string
}

export const BLOCK: YamlStyle = { flow: false, indent: 2, properties: '', comment: '' }

export function scalar(text: string): Yaml {
  return { kind: 'scalar', text }
}

export function mapping(entries: readonly (readonly [string, Yaml])[], style = BLOCK): Yaml {
  return { kind: 'mapping', entries, style }
}

export function list(items: readonly Yaml[], style = BLOCK): Yaml {
  return { kind: 'list', items, style }
}

/** The text of a whole document. */
export function yamlText(root: Yaml): string {
  return `${root.kind === 'scalar' || isFlow(root) ? flowText(root) : blockLines(root, 0)}\n`.replace(
    /^\n/,
    '',
  )
}

function isFlow(yaml: Yaml): boolean {
  if (yaml.kind === 'mapping') return yaml.style.flow || yaml.entries.length === 0
  return yaml.kind === 'list' && (yaml.style.flow || yaml.items.length === 0)
}

function flowText(yaml: Yaml): string {
  switch (yaml.kind) {
    case 'scalar':
      return yaml.text
    case 'lines':
      return yaml.flow
    case 'list':
      return `${yaml.style.properties}[${yaml.items.map(flowText).join(', ')}]`
    case 'mapping': {
      const pairs = yaml.entries.map(([key, value]) => `${key}: ${flowText(value)}`)
      return `${yaml.style.properties}{${pairs.join(', ')}}`
    }
  }
}

/** Begins with the rest of the line that leads to it. */
function blockLines(yaml: Yaml, indent: number): string {
  if (yaml.kind === 'scalar' || isFlow(yaml)) return flowText(yaml)
  if (yaml.kind === 'lines') return yaml.text.replaceAll('¶', `\n${' '.repeat(indent + 2)}`)
  const head = `${yaml.style.properties}${yaml.style.comment}`
  const at = `\n${' '.repeat(indent)}`
  if (yaml.kind === 'list') {
    const inner = indent + 2
    return head + yaml.items.map((item) => `${at}- ${inList(item, inner)}`).join('')
  }
  const pairs = yaml.entries.map(([key, value]) => {
    const flush = value.kind === 'list' && value.style.indent === 0
    const inner = flush ? indent : indent + Math.max(1, styleOf(value).indent)
    return `${at}${key}: ${blockLines(value, inner)}`
  })
  return head + pairs.join('')
}

/** A collection in a list may begin on the line of its dash. */
function inList(item: Yaml, indent: number): string {
  const text = blockLines(item, indent)
  const compact = `\n${' '.repeat(indent)}`
  return text.startsWith(compact) ? text.slice(compact.length) : text
}

function styleOf(yaml: Yaml): YamlStyle {
  return yaml.kind === 'mapping' || yaml.kind === 'list' ? yaml.style : BLOCK
}
