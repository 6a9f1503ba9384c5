using System.Text;
using System.Text.Json;
using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Tests.Files;

public sealed class StrictJsonTests
{
    [Theory]
    [InlineData("", "a.json: expected a JSON document, got a fault at line 1, byte 1: ")]
    [InlineData("{\n\"a\": 1,}", "a.json: expected a JSON document, got a fault at line 2, byte ")]
    [InlineData("{} // note", "a.json: expected a JSON document, got a fault at line 1, byte 4: ")]
    [InlineData("{\"a\":1,\"a\":2}", "a.json: expected a JSON document")]
    [InlineData("\"text\"", "a.json: expected a JSON object, got \"text\".")]
    [InlineData("null", "a.json: expected a JSON object, got null.")]
    public void WhatIsNotOneObjectIsRefusedWithItsPlace(string json, string message) => Assert.StartsWith(
        message, Assert.Throws<InvalidDataException>(() => StrictJson.ParseObject(Encoding.UTF8.GetBytes(json), "a.json")).Message);

    [Theory] // found by PathVlm.Fuzzing.Tests
    [InlineData("{\"a\": \"?\"}")]
    [InlineData("{\"?\": 1}")]
    public void BytesThatAreNoTextAreRefused(string json)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        bytes[Array.IndexOf(bytes, (byte)'?')] = 0xF3;
        Assert.Equal("a.json: expected a JSON document in UTF-8, got bytes that are no text.",
            Assert.Throws<InvalidDataException>(() => StrictJson.ParseObject(bytes, "a.json")).Message);
    }

    [Fact]
    public void AnObjectIsRead()
    {
        using JsonDocument document = StrictJson.ParseObject("{\"a\": [1, 2]}"u8.ToArray(), "a.json");
        Assert.Equal(2, document.RootElement.GetProperty("a").GetArrayLength());
    }
}
