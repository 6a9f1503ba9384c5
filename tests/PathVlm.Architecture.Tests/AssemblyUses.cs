using System.Reflection;
using System.Reflection.Emit;

namespace PathVlm.Architecture.Tests;

/// <summary>What each type of a compiled assembly uses: base types, signatures, attributes, and every member that its code names.</summary>
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
                .Concat(AttributesOf(type))
                .Concat(type.GetFields(Declared).SelectMany(field => AttributesOf(field).Append(field.FieldType)))
                .Concat(type.GetProperties(Declared).SelectMany(AttributesOf))
                .Concat(type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared)).SelectMany(UsesOf));
            foreach (MemberInfo member in used.Distinct()) yield return (user, member);
        }
    }

    /// <summary>
    /// The types that a member stands for: its own or its declaring type, without arrays and references, and their arguments.
    /// </summary>
    public static IEnumerable<Type> TypesOf(MemberInfo member)
    {
        IEnumerable<Type> arguments = member is MethodInfo { IsGenericMethod: true } method ? method.GetGenericArguments() : [];
        Type? type = member as Type ?? member.DeclaringType;
        while (type?.HasElementType == true) type = type.GetElementType();
        if (type is not null && !type.IsGenericParameter)
        {
            yield return Outermost(type.IsGenericType ? type.GetGenericTypeDefinition() : type);
            arguments = arguments.Concat(type.IsGenericType ? type.GetGenericArguments() : []);
        }

        foreach (Type inner in arguments.SelectMany(TypesOf)) yield return inner;
    }

    private static Type Outermost(Type type) =>
        type.DeclaringType is null || type.IsGenericParameter ? type : Outermost(type.DeclaringType);

    private static IEnumerable<MemberInfo> AttributesOf(MemberInfo member) =>
        member.GetCustomAttributesData().Select(data => data.AttributeType);

    private static IEnumerable<MemberInfo> UsesOf(MethodBase method)
    {
        foreach (MemberInfo attribute in AttributesOf(method)) yield return attribute;
        foreach (ParameterInfo parameter in method.GetParameters()) yield return parameter.ParameterType;
        if (method is MethodInfo { ReturnType: Type returned }) yield return returned;
        if (method.GetMethodBody() is not { } body) yield break;
        foreach (LocalVariableInfo local in body.LocalVariables) yield return local.LocalType;
        foreach (ExceptionHandlingClause clause in body.ExceptionHandlingClauses)
            if (clause.Flags == ExceptionHandlingClauseOptions.Clause && clause.CatchType is { } caught) yield return caught;
        Type[]? ofType = method.DeclaringType?.GetGenericArguments(), ofMethod = method.IsGenericMethodDefinition
            ? method.GetGenericArguments() : null;
        foreach (int token in Tokens(body.GetILAsByteArray() ?? []))
            if (method.Module.ResolveMember(token, ofType, ofMethod) is { } member) yield return member;
    }

    private static IEnumerable<int> Tokens(byte[] code)
    {
        for (int at = 0; at < code.Length;)
        {
            OpCode operation = code[at] == 0xFE ? Codes[unchecked((short)(0xFE00 | code[at + 1]))] : Codes[code[at]];
            at += operation.Size;
            if (operation.OperandType
                is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineTok)
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
