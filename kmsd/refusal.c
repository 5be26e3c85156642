/* SPDX-License-Identifier: Apache-2.0
 *
 * KMS answers every client error with 400, whatever its model says; faults of the server with 500.
 */
#include "kmsd/refusal.h"

const struct refusal refusal_table[] = {
    [REFUSAL_ACCESS_DENIED] = {"AccessDeniedException", 400, SROW_E_KMS_DENIED},
    [REFUSAL_ALREADY_EXISTS] = {"AlreadyExistsException", 400, SROW_E_CONFLICT},
    [REFUSAL_DISABLED] = {"DisabledException", 400, SROW_E_KMS_DISABLED},
    [REFUSAL_DRY_RUN] = {"DryRunOperationException", 400, SROW_E_KMS_DENIED},
    [REFUSAL_INCOMPLETE_SIGNATURE] = {"IncompleteSignatureException", 400, SROW_E_KMS_AUTH},
    [REFUSAL_INCORRECT_KEY] = {"IncorrectKeyException", 400, SROW_E_KMS_CIPHERTEXT},
    [REFUSAL_INTERNAL] = {"KMSInternalException", 500, SROW_E_KMS_SERVICE},
    [REFUSAL_INVALID_ALIAS_NAME] = {"InvalidAliasNameException", 400, SROW_E_VALUE},
    [REFUSAL_INVALID_CIPHERTEXT] = {"InvalidCiphertextException", 400, SROW_E_KMS_CIPHERTEXT},
    [REFUSAL_INVALID_GRANT_TOKEN] = {"InvalidGrantTokenException", 400, SROW_E_KMS_DENIED},
    [REFUSAL_INVALID_KEY_USAGE] = {"InvalidKeyUsageException", 400, SROW_E_KMS_DENIED},
    [REFUSAL_INVALID_MARKER] = {"InvalidMarkerException", 400, SROW_E_VALUE},
    [REFUSAL_INVALID_SIGNATURE] = {"InvalidSignatureException", 400, SROW_E_KMS_AUTH},
    [REFUSAL_LIMIT] = {"LimitExceededException", 400, SROW_E_LIMIT},
    [REFUSAL_MISSING_TOKEN] = {"MissingAuthenticationTokenException", 400, SROW_E_KMS_AUTH},
    [REFUSAL_NOT_AUTHORIZED] = {"NotAuthorizedException", 400, SROW_E_KMS_DENIED},
    [REFUSAL_NOT_FOUND] = {"NotFoundException", 400, SROW_E_KMS_NOT_FOUND},
    [REFUSAL_SERIALIZATION] = {"SerializationException", 400, SROW_E_VALUE},
    [REFUSAL_TOO_LARGE] = {"RequestEntityTooLargeException", 413, SROW_E_LIMIT},
    [REFUSAL_UNKNOWN_OPERATION] = {"UnknownOperationException", 400, SROW_E_VALUE},
    [REFUSAL_UNRECOGNIZED_CLIENT] = {"UnrecognizedClientException", 400, SROW_E_KMS_AUTH},
    [REFUSAL_UNSUPPORTED] = {"UnsupportedOperationException", 400, SROW_E_UNSUPPORTED},
    [REFUSAL_VALIDATION] = {"ValidationException", 400, SROW_E_VALUE},
};
