import pg from 'pg'

/** Numbers as numbers: none that Keytrail keeps is beyond 2^53. */
export const asNumbers: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): ((value: string) => unknown) => {
    const { INT8, NUMERIC } = pg.types.builtins
    if (oid === INT8 || oid === NUMERIC) return Number
    return pg.types.getTypeParser(oid, format ?? 'text') as (value: string) => unknown
  },
}
