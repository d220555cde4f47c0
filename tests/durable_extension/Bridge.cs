using System.Text;
using Newtonsoft.Json;

// Asks the app for a function: POST of the trigger's payload to BRIDGE_URL/<function>.
public static class Bridge
{
    // The Functions host converts a worker's values without reading dates in them, too (GrpcMessageConversionExtensions).
    private static readonly JsonSerializerSettings NoDates = new() { DateParseHandling = DateParseHandling.None };

    private static readonly HttpClient Http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 })
    {
        BaseAddress = new Uri(Environment.GetEnvironmentVariable("BRIDGE_URL") ?? "http://127.0.0.1:7099/"),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public sealed record Answer(bool Ok, string? Value, string? Message, string? Stack, bool Exit = false);

    public static async Task<object?> Call(string name, string? input)
    {
        using var content = new StringContent(input ?? "", Encoding.UTF8, "text/plain");
        using var response = await Http.PostAsync(name, content).ConfigureAwait(false);
        var text = await response.Content.ReadAsStringAsync().ConfigureAwait(false);
        var answer = JsonConvert.DeserializeObject<Answer>(text, NoDates)!;
        if (answer.Exit)
        {
            throw new Microsoft.Azure.WebJobs.Script.Workers.WorkerProcessExitException(answer.Message!);
        }
        if (!answer.Ok)
        {
            throw new Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException(answer.Message!, answer.Stack!);
        }
        return answer.Value is null ? null : JsonConvert.DeserializeObject(answer.Value, NoDates);
    }
}
