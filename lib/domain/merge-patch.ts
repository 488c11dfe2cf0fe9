import { z } from 'zod';

/** RFC 7396: absent = unchanged, null = back to its default, which is what a patch that was read then holds. */
export const orDefault = <Schema extends z.ZodType, Default>(schema: Schema, fallback: Default) =>
  schema
    .nullable()
    .transform(value => value ?? fallback)
    .optional();

/** What a patch names. */
export const given = <Patch extends object>(patch: Patch): { [Name in keyof Patch]: Exclude<Patch[Name], undefined> } =>
  Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as never;

type Patched<Field> =
  Field extends z.ZodDefault<infer Given extends z.ZodType>
    ? ReturnType<typeof orDefault<Given, z.output<Field>>>
    : z.ZodOptional<Field & z.ZodType>;

/** A record's fields as its patch takes them. What has no default is required, so null is refused there. */
export const patchFields = <Shape extends z.ZodRawShape>(shape: Shape) =>
  Object.fromEntries(
    Object.entries(shape).map(([name, field]) => [
      name,
      field instanceof z.ZodDefault
        ? orDefault(field.unwrap() as z.ZodType, field.parse(undefined))
        : (field as z.ZodType).optional(),
    ]),
  ) as { [Name in keyof Shape]: Patched<Shape[Name]> };
