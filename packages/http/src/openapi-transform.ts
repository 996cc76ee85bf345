import { STATUS_CODES } from 'node:http';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { type ZodType, z } from 'zod';
import { problemSchema } from './problem.ts';
import './scope.ts';

type Transform = typeof jsonSchemaTransform;
type Json = Record<string, unknown>;

/** Every route may refuse: a wrong request, a missing key, a foreign host, too many at once; or break. */
const COMMON_STATUSES = [400, 401, 403, 429, 500];

/**
 * Zod schemas as OpenAPI: adds what every route can answer, gives problems their own media type, and describes bodies that a route
 * reads itself, beside JSON or instead of it.
 */
export const openapiTransform: Transform = (document) => {
  const { schema } = document;
  if (!schema || schema.hide) return jsonSchemaTransform(document);
  const { readsBodies, ...rest } = schema;
  const transformed = jsonSchemaTransform({
    ...document,
    schema: {
      ...rest,
      response: {
        ...Object.fromEntries(COMMON_STATUSES.map((status) => [status, problemSchema])),
        ...(rest.response as Json),
      },
    },
  });
  const result = transformed.schema as Json & { response: Json; body?: unknown };
  for (const [status, response] of Object.entries(result.response)) {
    if (Number(status) >= 400) result.response[status] = asProblem(Number(status), response as Json);
    // Told by its type, the description leaves the media type out: an answer without a body has none.
    else if ((response as Json).type === 'null')
      result.response[status] = { type: 'null', description: (response as Json).description };
  }
  if (readsBodies)
    result.body = {
      content: {
        ...(result.body === undefined ? {} : { 'application/json': { schema: result.body } }),
        ...Object.fromEntries(
          Object.entries(readsBodies).map(([type, body]) => [type, { schema: toJson(body) }]),
        ),
      },
    };
  return transformed;
};

const asProblem = (status: number, response: Json): Json =>
  'content' in response
    ? response
    : {
        description: STATUS_CODES[status] ?? 'Problem',
        content: { 'application/problem+json': { schema: response } },
      };

/** Files are `z.file()`, which JSON Schema writes as binary text. */
const toJson = (schema: ZodType): Json => {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io: 'input' });
  return json;
};
