/** What a template of Go's text/template is filled from, as far as it is known. */

/** Types of values. A value whose type is not known may have any field. */
export interface TemplateData {
  /** Type of `.` and `$`. */
  readonly type: string;
  readonly types: Readonly<Record<string, TemplateType>>;
}

/** What a value of one type has. */
export interface TemplateType {
  /** Field → type of its value. */
  readonly fields: Readonly<Record<string, string>>;
  /** Type of the fields that are not listed, for a map. @default - there are no others */
  readonly others?: string;
  /** Type of the members that `range` goes through. @default - there are none */
  readonly members?: string;
}

/** Name of a type; undefined where it is not known. */
export type Type = string | undefined;

/** The types, by their names. */
export class Types {
  constructor(private readonly data: TemplateData | undefined) {}

  /** Whether a value of the type may have the field. */
  hasField(type: Type, name: string): boolean {
    const known = this.known(type);
    return known === undefined || known.others !== undefined || Object.hasOwn(known.fields, name);
  }

  ofField(type: Type, name: string): Type {
    const known = this.known(type);
    return known !== undefined && Object.hasOwn(known.fields, name) ? known.fields[name] : known?.others;
  }

  /** Whether `range` may go through a value of the type. */
  hasMembers(type: Type): boolean {
    const known = this.known(type);
    return known === undefined || known.members !== undefined;
  }

  ofMembers(type: Type): Type {
    return this.known(type)?.members;
  }

  private known(type: Type): TemplateType | undefined {
    return type === undefined ? undefined : this.data?.types[type];
  }
}
