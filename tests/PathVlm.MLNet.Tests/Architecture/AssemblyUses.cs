using System.Reflection;
using System.Reflection.Emit;

namespace PathVlm.MLNet.Tests.Architecture;

/// <summary>What each type of a compiled assembly uses: base types, signatures, attributes, and every member its code names.</summary>
internal static class AssemblyUses
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>Pairs of a type (the outermost one, for nested types) and a member or type that it uses.</summary>
    public static IEnumerable<(Type User, MemberInfo Used)> Of(Assembly assembly)
    {
        foreach (Type type in assembly.GetTypes())
        {
            Type user = Outermost(type);
            IEnumerable<MemberInfo> used = type.GetInterfaces().Concat(type.BaseType is null ? [] : [type.BaseType])
                .Concat(type.GetFields(Declared).Select(field => field.FieldType))
                .Concat(type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared)).SelectMany(UsesOf));
            foreach (MemberInfo member in used.Distinct()) yield return (user, member);
        }
    }

    private static Type Outermost(Type type) => type.DeclaringType is null ? type : Outermost(type.DeclaringType);

    private static IEnumerable<MemberInfo> UsesOf(MethodBase method)
    {
        foreach (ParameterInfo parameter in method.GetParameters()) yield return parameter.ParameterType;
        if (method is MethodInfo { ReturnType: var returned }) yield return returned;
        foreach (LocalVariableInfo local in method.GetMethodBody()?.LocalVariables ?? []) yield return local.LocalType;
        foreach (int token in Tokens(method.GetMethodBody()?.GetILAsByteArray() ?? []))
        {
            MemberInfo? member = method.Module.ResolveMember(token, method.DeclaringType?.GetGenericArguments(), method.IsGenericMethodDefinition ? method.GetGenericArguments() : null);
            if (member is not null) yield return member;
        }
    }

    private static IEnumerable<int> Tokens(byte[] code)
    {
        for (int at = 0; at < code.Length;)
        {
            OpCode operation = code[at] == 0xFE ? Codes[unchecked((short)(0xFE00 | code[at + 1]))] : Codes[code[at]];
            at += operation.Size;
            if (operation.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineTok)
                yield return BitConverter.ToInt32(code, at);
            at += operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
                _ => 4,
            };
        }
    }
}
