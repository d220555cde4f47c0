using System.Reflection;
using System.Reflection.Emit;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Host;

// One public static method for each name in FUNCTIONS, as a C# function for the extension would be written by hand.
public sealed class FunctionsByName : ITypeLocator
{
    private const StringSplitOptions Trimmed = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    public IReadOnlyList<Type> GetTypes() => [Build((Environment.GetEnvironmentVariable("FUNCTIONS") ?? "").Split(',', Trimmed))];

    private static Type Build(string[] functions)
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("App"), AssemblyBuilderAccess.Run);
        var type = assembly.DefineDynamicModule("App").DefineType(
            "Functions", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
        foreach (var function in functions)
        {
            var (name, kind) = function.Split(':') is [var first, var second]
                ? (first, second)
                : throw new ArgumentException($"FUNCTIONS: {function} is not name:orchestration or name:activity");
            Define(type, name, TriggerOf(kind));
        }
        return type.CreateType();
    }

    private static Type TriggerOf(string kind) => kind switch
    {
        "orchestration" => typeof(OrchestrationTriggerAttribute),
        "activity" => typeof(ActivityTriggerAttribute),
        _ => throw new ArgumentException($"FUNCTIONS: unknown kind {kind}"),
    };

    // [FunctionName("name")] public static Task<object?> name([Trigger] string payload) => Bridge.Call("name", payload);
    private static void Define(TypeBuilder type, string name, Type trigger)
    {
        var method = type.DefineMethod(name, MethodAttributes.Public | MethodAttributes.Static, typeof(Task<object?>), [typeof(string)]);
        method.SetCustomAttribute(new CustomAttributeBuilder(typeof(FunctionNameAttribute).GetConstructor([typeof(string)])!, [name]));
        method.DefineParameter(1, ParameterAttributes.None, "payload")
            .SetCustomAttribute(new CustomAttributeBuilder(trigger.GetConstructor([])!, []));
        var code = method.GetILGenerator();
        code.Emit(OpCodes.Ldstr, name);
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Call, typeof(Bridge).GetMethod(nameof(Bridge.Call))!);
        code.Emit(OpCodes.Ret);
    }
}
