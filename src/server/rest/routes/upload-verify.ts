import { DomainError } from '#/domain/errors/domain-error';
import { uploadVerifyFieldsSchema, uploadVerifyResponseSchema } from '#/protocol/rest/upload';
import { gatewayQuery } from '#/protocol/rest/values';
import { verifyUpload } from '../../uploads/verify-upload';
import { defineRoute } from '../route';

export const uploadVerifyRoute = defineRoute({
  method: 'POST',
  path: '/upload/verify',
  tag: 'Manual upload',
  summary: 'Send an image by hand; it is kept, looked into and judged',
  permission: 'upload.write',
  query: gatewayQuery,
  body: uploadVerifyFieldsSchema,
  form: { file: 'file', attachments: ['signature'], workMs: 600_000 },
  response: uploadVerifyResponseSchema,
  errors: ['INVALID_UPDATE_FILE', 'INSUFFICIENT_DISK_SPACE', 'UPDATE_SERVER_UNREACHABLE', 'SYSTEM_BUSY'],
  run: async ({ actor, body, form, gateway }) => {
    if (form === null) throw new DomainError('UNSUPPORTED_MEDIA_TYPE', 'Send the file as multipart/form-data.');
    // An image can be judged without a gateway; what only a gateway can tell is null then.
    const chosen = await gateway().catch((error: unknown) => {
      if (error instanceof DomainError && error.code === 'GATEWAY_REQUIRED') return null;
      throw error;
    });
    return verifyUpload(actor, { fields: body, form, gateway: chosen });
  },
});
