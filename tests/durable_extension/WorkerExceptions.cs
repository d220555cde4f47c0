// The Functions host's own exceptions, by name and shape: the extension knows a worker's errors by them.
namespace Microsoft.Azure.WebJobs.Script.Workers
{
    public sealed class WorkerProcessExitException(string message) : Exception(message) { }
}

namespace Microsoft.Azure.WebJobs.Script.Workers.Rpc
{
    public sealed class RpcException(string message, string stack)
        : Exception($"Result: Failure\nException: {message}\nStack: {stack}")
    {
        public string RemoteStackTrace => stack;

        public string RemoteMessage => message;
    }
}
