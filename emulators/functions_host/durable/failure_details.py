"""The `Details` of a failure in a history, as the Durable extension writes them.

For an activity they are JSON: the extension's .NET exception around the worker's error, as Json.NET writes
it. For a sub-orchestration they are a line of text. The SDK appends them to the reason, so an orchestrator
catches both in one text. The fields for .NET's own stack trace are empty.

Follows `TaskActivityShim` and `OutOfProcExceptionHelpers` of
https://github.com/Azure/azure-functions-durable-extension and `RpcException` of
https://github.com/Azure/azure-functions-host; compared with what extension 3.19.0 wrote.
"""

import json

ERROR_HRESULT = -2146233088  # COR_E_EXCEPTION
CORE_LIBRARY = "System.Private.CoreLib"
RPC_EXCEPTION = "Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException, Microsoft.Azure.WebJobs.Script"


def activity_details(message: str, stack: str) -> str:
    """Return the details of an activity that raised *message* (type and text), with the worker's *stack*."""
    details = {
        "$type": f"System.Exception, {CORE_LIBRARY}",
        "ClassName": "System.Exception",
        "Message": message,
        "Data": None,
        "InnerException": _rpc_exception(message, stack),
        "HelpURL": None,
        "StackTraceString": None,
        "RemoteStackTraceString": None,
        "RemoteStackIndex": 0,
        "ExceptionMethod": None,
        "HResult": ERROR_HRESULT,
        "Source": None,
        "WatsonBuckets": None,
    }
    return json.dumps(details, ensure_ascii=False, separators=(",", ":"))


def _rpc_exception(message: str, stack: str) -> dict[str, object]:
    """Return the Functions host's exception for an error of a worker."""
    return {
        "$type": RPC_EXCEPTION,
        "IsUserException": False,
        "RemoteStackTrace": stack,
        "RemoteMessage": message,
        "RemoteTypeName": None,
        "Message": f"Result: Failure\nType: \nException: {message}\nStack: {stack}",
        "Data": {"$type": f"System.Collections.ListDictionaryInternal, {CORE_LIBRARY}"},
        "InnerException": None,
        "HelpLink": None,
        "Source": None,
        "HResult": ERROR_HRESULT,
        "StackTrace": None,
    }


def child_details(message: str) -> str:
    """Return the details of a sub-orchestration whose function raised *message*."""
    return f"Message: {message}, StackTrace: "
