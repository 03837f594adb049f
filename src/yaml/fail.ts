/** Refuses the text, by what is wrong and where. */
export type Fail = (message: string, offset: number) => never
