/* SPDX-License-Identifier: Apache-2.0 */
#include <sealrow/sealrow.h>

const char *srow_version(void)
{
    return SROW_VERSION;
}
