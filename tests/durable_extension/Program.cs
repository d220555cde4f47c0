// Microsoft's Durable extension with the Azure Storage backend, as the task hub of an app in another language.
//
// A WebJobs host whose orchestrators and activities take a string, as those of the Functions host do for Python.
// The extension therefore treats them as functions of another process. README.md lists the settings.
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Host;
using Microsoft.Azure.WebJobs.Host.Config;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json.Linq;

// With this language the extension runs orchestrators out of process, and serves durable clients over HTTP.
Environment.SetEnvironmentVariable("FUNCTIONS_WORKER_RUNTIME", "python");

using var host = new HostBuilder()
    .UseEnvironment("Development")
    .ConfigureAppConfiguration(configuration => configuration.AddInMemoryCollection(HostJson()).AddEnvironmentVariables())
    .ConfigureLogging(ConfigureLogging)
    .ConfigureWebJobs(jobs =>
    {
        jobs.AddAzureStorageCoreServices();
        jobs.Services.AddSingleton<IWebHookProvider, WebHooks>();
        jobs.Services.AddSingleton<ITypeLocator, FunctionsByName>();
        jobs.AddDurableTask();
    })
    .Build();
await host.RunAsync();

static void ConfigureLogging(ILoggingBuilder logging)
{
    var level = Enum.Parse<LogLevel>(Environment.GetEnvironmentVariable("LOG_LEVEL") ?? "Information");
    logging.AddFilter("Azure", LogLevel.Warning).AddFilter("Microsoft.Azure.WebJobs.Hosting", LogLevel.Warning);
    logging.AddSimpleConsole(console =>
    {
        console.SingleLine = true;
        console.TimestampFormat = "HH:mm:ss.fff ";
        console.UseUtcTimestamp = true;
    }).SetMinimumLevel(level);
    if (Environment.GetEnvironmentVariable("QUIET") == "1")
    {
        logging.AddFilter("DurableTask", LogLevel.Warning).AddFilter("Function", LogLevel.Warning);
    }
}

// The settings of the extension in the app's host.json, under the names that a WebJobs host gives them.
static Dictionary<string, string?> HostJson()
{
    var found = new Dictionary<string, string?>();
    if (Environment.GetEnvironmentVariable("HOST_JSON") is not { } path) { return found; }
    if (JObject.Parse(File.ReadAllText(path)).SelectToken("extensions.durableTask") is not { } options) { return found; }
    foreach (var value in options.SelectTokens("$..*").OfType<JValue>())
    {
        var key = value.Path["extensions.durableTask".Length..].Replace("[", ".").Replace("]", "").Replace('.', ':');
        found["AzureWebJobs:extensions:durableTask" + key] = value.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
    return found;
}

// Addresses in answers begin with this one; whoever asks over the caller's own address replaces them.
public sealed class WebHooks : IWebHookProvider
{
    public Uri GetUrl(IExtensionConfigProvider extension) => new("http://localhost:7071/runtime/webhooks/durabletask?code=key");
}
